async def test_tabs( async_client ):
	response=await async_client.get( "/health" )
	assert response . status_code==200
	assert((await async_client.get("/health")).json( ))=={ 'status':'healthy' }
